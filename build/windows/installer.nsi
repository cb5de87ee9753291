; The installer for Windows: for one user, without administrator rights. build/package.py gives VERSION, FOLDER, TARGET.
; The default stub has 32 bit; Wine's 64 bit prefix runs it and installs nothing, and every PC has 64 bit by now.

Target amd64-unicode
Unicode true
!include "MUI2.nsh"
!include "FileFunc.nsh"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Facteur"

Name "Facteur"
OutFile "${TARGET}"
InstallDir "$LOCALAPPDATA\Programs\Facteur"
InstallDirRegKey HKCU "Software\Facteur" "Folder"
RequestExecutionLevel user
SetCompressor /SOLID lzma
ManifestDPIAware true
BrandingText "Facteur ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Facteur"
VIAddVersionKey "FileDescription" "Facteur ${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "MIT"

!define MUI_ICON "facteur.ico"
!define MUI_UNICON "facteur.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\Facteur.exe"
!insertmacro MUI_PAGE_LICENSE "${FOLDER}/LICENSE.txt"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "French"
!insertmacro MUI_LANGUAGE "English"

LangString OPEN ${LANG_FRENCH} "Facteur est encore ouvert. Fermez sa fenêtre, puis réessayez."
LangString OPEN ${LANG_ENGLISH} "Facteur is still open. Close its window, then try again."
LangString DATA ${LANG_FRENCH} "Supprimer aussi les données de la boutique (tickets, réglages)"
LangString DATA ${LANG_ENGLISH} "Delete the shop's data too (tickets, settings)"

; A program that runs can't be replaced: its file can't be opened for writing.
!macro RefuseWhileOpen
  ${If} ${FileExists} "$INSTDIR\Facteur.exe"
    again:
    ClearErrors
    FileOpen $0 "$INSTDIR\Facteur.exe" a
    ${If} ${Errors}
      MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(OPEN)" /SD IDCANCEL IDRETRY again
      SetErrorLevel 2
      Quit
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

; Only what an installer put there: the folder may be one that somebody chose.
!macro RemoveProgram
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\licences"
  RMDir /r "$INSTDIR\wkhtmltopdf"
  Delete "$INSTDIR\Facteur.exe"
  Delete "$INSTDIR\facteur-cli.exe"
  Delete "$INSTDIR\LICENSE.txt"
!macroend

Section "Facteur"
  !insertmacro RefuseWhileOpen
  !insertmacro RemoveProgram
  SetOutPath "$INSTDIR"
  File /r "${FOLDER}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "Software\Facteur" "Folder" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Facteur"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\Facteur.exe"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $0
  CreateShortcut "$SMPROGRAMS\Facteur.lnk" "$INSTDIR\Facteur.exe"
SectionEnd

Section "un.Facteur"
  SectionIn RO
  !insertmacro RefuseWhileOpen
  !insertmacro RemoveProgram
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Facteur.lnk"
  DeleteRegKey HKCU "${UNINSTALL}"
  DeleteRegKey HKCU "Software\Facteur"
SectionEnd

; The shop's tickets stay unless somebody ticks this, or calls uninstall.exe /S /DATA.
Section /o "un.$(DATA)" SEC_DATA
  RMDir /r "$LOCALAPPDATA\Facteur"
SectionEnd

Function un.onInit
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/DATA" $1
  ${IfNot} ${Errors}
    SectionSetFlags ${SEC_DATA} 1
  ${EndIf}
FunctionEnd
