/* A stand-in for a PDF engine on a Windows that has none: it hands the page out of C:\engine, and waits for its PDF. */

#include <windows.h>

int main(int count, char **arguments)
{
    if (count != 3 || !CopyFileA(arguments[1], "C:\\engine\\page.part", FALSE))
        return 2;
    if (!MoveFileA("C:\\engine\\page.part", "C:\\engine\\page.html"))
        return 3;
    for (int waited = 0; waited < 250; waited++) {
        if (MoveFileA("C:\\engine\\page.pdf", arguments[2]))
            return 0;
        Sleep(100);
    }
    return 4;
}
