/* Puts a certificate (DER) among the root authorities that this user of Windows trusts. */

#include <stdio.h>
#include <windows.h>
#include <wincrypt.h>

int main(int count, char **arguments)
{
    static unsigned char der[8192];
    FILE *file = count == 2 ? fopen(arguments[1], "rb") : NULL;
    size_t size = file ? fread(der, 1, sizeof der, file) : 0;
    HCERTSTORE roots = CertOpenSystemStoreA(0, "ROOT");

    if (!size || !roots)
        return 2;
    if (!CertAddEncodedCertificateToStore(roots, X509_ASN_ENCODING, der, (DWORD)size, CERT_STORE_ADD_ALWAYS, NULL))
        return 1;
    return CertCloseStore(roots, CERT_CLOSE_STORE_CHECK_FLAG) ? 0 : 1;
}
