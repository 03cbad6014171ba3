// The application's menu: the test reads it, clicks its items, and presses their accelerators.
import { app } from './app.mjs';
import { answers, tell } from './driver.mjs';
import { onlyKnown, strict } from './strict.mjs';

const KNOWN = [
  'label',
  'accelerator',
  'click',
  'role',
  'type',
  'submenu',
  'enabled',
  'visible',
  'checked',
  'id',
  'registerAccelerator',
  'acceleratorWorksWhenHidden',
];

/** Names in English and default accelerators, as Electron gives them to roles without a label. */
const ROLES = {
  undo: ['Undo', 'CommandOrControl+Z'],
  redo: ['Redo', process.platform === 'win32' ? 'Control+Y' : 'Shift+CommandOrControl+Z'],
  cut: ['Cut', 'CommandOrControl+X'],
  copy: ['Copy', 'CommandOrControl+C'],
  paste: ['Paste', 'CommandOrControl+V'],
  selectAll: ['Select All', 'CommandOrControl+A'],
  minimize: ['Minimize', 'CommandOrControl+M'],
  zoom: ['Zoom'],
  close: [process.platform === 'darwin' ? 'Close Window' : 'Close', 'CommandOrControl+W'],
  quit: [
    process.platform === 'win32' ? 'Exit' : 'Quit',
    process.platform === 'win32' ? undefined : 'CommandOrControl+Q',
  ],
  about: ['About'],
  reload: ['Reload', 'CmdOrCtrl+R'],
  toggleDevTools: ['Toggle Developer Tools', 'Ctrl+Shift+I'],
  togglefullscreen: ['Toggle Full Screen', 'F11'],
  window: ['Window'],
  help: ['Help'],
  hide: ['Hide', 'Command+H'],
  hideOthers: ['Hide Others', 'Command+Alt+H'],
  unhide: ['Show All'],
  front: ['Bring All to Front'],
  services: ['Services'],
  recentDocuments: ['Open Recent'],
  clearRecentDocuments: ['Clear Recent'],
};

/** What a role does to the window that has the focus. */
const IN_WINDOW = [
  'undo',
  'redo',
  'cut',
  'copy',
  'paste',
  'selectAll',
  'minimize',
  'close',
  'reload',
  'togglefullscreen',
];

const checkItem = onlyKnown('MenuItem', KNOWN);
onlyKnown('roles', Object.keys(ROLES));

class Item {
  constructor(options) {
    checkItem(options);
    const { role } = options;
    if (role !== undefined && !(role in ROLES)) throw new Error(`not in the stand-in: the role ${role}`);
    const [label, accelerator] = role === undefined ? [] : ROLES[role];
    if (options.label === undefined && role === undefined && options.type !== 'separator')
      throw new TypeError('Invalid template for MenuItem: must have label, role or type');
    this.label = options.label ?? label ?? '';
    this.accelerator = options.accelerator ?? accelerator;
    this.role = role;
    this.click = options.click;
    this.enabled = options.enabled ?? true;
    this.visible = options.visible ?? true;
    this.checked = options.checked ?? false;
    this.type = options.type ?? (options.submenu ? 'submenu' : 'normal');
    this.registerAccelerator = options.registerAccelerator ?? true;
    this.submenu = Array.isArray(options.submenu) ? Menu.buildFromTemplate(options.submenu) : options.submenu;
  }
}

export const MenuItem = strict('MenuItem', Item);

let shown = null;

export const Menu = strict(
  'Menu',
  class {
    items = [];
    append(item) {
      this.items.push(item);
    }
    static buildFromTemplate(template) {
      const menu = new Menu();
      for (const options of template) menu.append(new Item(options));
      return menu;
    }
    static setApplicationMenu(menu) {
      shown = menu;
      tell('menu', accelerators(menu));
    }
    static getApplicationMenu() {
      return shown;
    }
  },
);

/** The keys that the page does not take go to the menu. */
function accelerators(menu, path = []) {
  return (menu?.items ?? []).flatMap((item) => {
    const here = [...path, item.label];
    if (item.submenu) return accelerators(item.submenu, here);
    const keys = item.enabled && item.visible && item.registerAccelerator ? item.accelerator : undefined;
    return keys === undefined ? [] : [{ keys, path: here }];
  });
}

function find(path) {
  let items = shown?.items ?? [];
  let found;
  for (const label of path) {
    found = items.find((item) => item.label === label && item.visible);
    if (found === undefined)
      throw new Error(`The menu has no ${path.join(' > ')}, but ${items.map((item) => item.label)}`);
    items = found.submenu?.items ?? [];
  }
  return found;
}

const treeOf = (menu) =>
  menu.items.map(({ label, type, enabled, role, submenu }) => ({
    label,
    type,
    enabled,
    role,
    ...(submenu ? { items: treeOf(submenu) } : {}),
  }));

/** Set by the module of windows. @type {{ role: (role: string) => void, window: () => unknown }} */
export const focused = { role: () => {}, window: () => undefined };

Object.assign(answers, {
  menu: () => (shown === null ? [] : treeOf(shown)),
  click(path) {
    const item = find(path);
    if (!item.enabled) throw new Error(`${path.join(' > ')} cannot be chosen now.`);
    if (item.click) return item.click(item, focused.window(), {});
    if (item.role === 'quit') return app.quit();
    if (item.role === 'about') return app.showAboutPanel();
    if (IN_WINDOW.includes(item.role)) return focused.role(item.role);
    throw new Error(`not in the stand-in: what the role ${item.role} does`);
  },
});
