; Offers Emulsion under "Open with" for photos, without making it the default for any, and "Restore with Emulsion" in their menu.
!macro photoType extension
  WriteRegStr SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}\SupportedTypes" "${extension}" ""
  WriteRegStr SHELL_CONTEXT "Software\Classes\SystemFileAssociations\${extension}\shell\Emulsion" "" "$R9"
  WriteRegStr SHELL_CONTEXT "Software\Classes\SystemFileAssociations\${extension}\shell\Emulsion" "Icon" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}",0'
  WriteRegStr SHELL_CONTEXT "Software\Classes\SystemFileAssociations\${extension}\shell\Emulsion\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
!macroend

!macro forgetPhotoType extension
  DeleteRegKey SHELL_CONTEXT "Software\Classes\SystemFileAssociations\${extension}\shell\Emulsion"
!macroend

!macro customInstall
  ; 1046 and 2070: Portuguese of Brazil and of Portugal.
  StrCpy $R9 "Restore with Emulsion"
  StrCmp $LANGUAGE 1046 +2
  StrCmp $LANGUAGE 2070 0 +2
  StrCpy $R9 "Restaurar com o Emulsion"
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
  !insertmacro forgetPhotoType ".jpg"
  !insertmacro forgetPhotoType ".jpeg"
  !insertmacro forgetPhotoType ".png"
  !insertmacro forgetPhotoType ".tif"
  !insertmacro forgetPhotoType ".tiff"
  !insertmacro forgetPhotoType ".webp"
  !insertmacro forgetPhotoType ".avif"
  !insertmacro forgetPhotoType ".gif"
  DeleteRegKey SHELL_CONTEXT "Software\Classes\Applications\${APP_EXECUTABLE_FILENAME}"
!macroend
