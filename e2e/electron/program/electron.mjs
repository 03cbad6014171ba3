// The module `electron` of the main process. What is not exported here cannot be imported: the program would not start.
export { app } from './app.mjs';
export { nativeImage, nativeTheme, powerSaveBlocker, screen, shell } from './desktop.mjs';
export { dialog, Notification } from './dialogs.mjs';
export { Menu, MenuItem } from './menu.mjs';
export { protocol, session } from './session.mjs';
export { utilityProcess } from './utility.mjs';
export { BrowserWindow, ipcMain } from './window.mjs';
