; Offers Emulsion under "Open with" for photos, without making it the default for any.
!macro photoType extension
  WriteRegStr SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}\SupportedTypes" "${extension}" ""
!macroend

!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}" "FriendlyAppName" "${PRODUCT_NAME}"
  WriteRegStr SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
  !insertmacro photoType ".jpg"
  !insertmacro photoType ".jpeg"
  !insertmacro photoType ".png"
  !insertmacro photoType ".tif"
  !insertmacro photoType ".tiff"
  !insertmacro photoType ".webp"
  !insertmacro photoType ".avif"
  !insertmacro photoType ".gif"
!macroend

!macro customUnInstall
  DeleteRegKey SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}"
!macroend
