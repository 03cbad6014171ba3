// Dialogs and notifications: the test sees each of them, and answers.
import { EventEmitter } from 'node:events';
import { app } from './app.mjs';
import { answers, ask, tell } from './driver.mjs';
import { onlyKnown, strict } from './strict.mjs';

const OPEN = ['title', 'defaultPath', 'buttonLabel', 'filters', 'properties', 'message'];
const SAVE = ['title', 'defaultPath', 'buttonLabel', 'filters', 'message', 'nameFieldLabel', 'properties'];
const MESSAGE = [
  'message',
  'type',
  'buttons',
  'defaultId',
  'title',
  'detail',
  'cancelId',
  'noLink',
  'checkboxLabel',
  'icon',
];

/** Both forms: with the window that the dialog belongs to, and without. */
function show(kind, known) {
  const check = onlyKnown(`dialog.${kind}`, known);
  return (...parameters) => {
    if (!app.isReady()) throw new Error('dialog module can only be used after app is ready');
    const options = parameters.at(-1);
    check(options);
    const { icon: _, ...told } = options;
    return ask('dialog', { kind, options: told, hasWindow: parameters.length > 1 });
  };
}

export const dialog = strict('dialog', {
  showOpenDialog: show('showOpenDialog', OPEN),
  showSaveDialog: show('showSaveDialog', SAVE),
  showMessageBox: show('showMessageBox', MESSAGE),
  /** The program waits in it, so there is nothing to answer. */
  showErrorBox: (title, content) => tell('errorBox', { title, content }),
});

/** @type {Map<number, EventEmitter>} */
const shown = new Map();
let last = 0;

const checkNotification = onlyKnown('Notification', ['title', 'body', 'silent', 'icon', 'urgency']);

class SystemNotification extends EventEmitter {
  static isSupported() {
    return true;
  }
  constructor(options) {
    super();
    checkNotification(options);
    last += 1;
    this.key = last;
    this.options = options;
    // biome-ignore lint/correctness/noConstructorReturn: every use of a notification is checked.
    return strict('Notification', this, { events: ['show', 'click', 'close'], own: ['key', 'options'] });
  }
  show() {
    const { title, body } = this.options;
    shown.set(this.key, this);
    tell('notification', { key: this.key, title, body });
    this.emit('show');
  }
  close() {
    shown.delete(this.key);
    this.emit('close');
  }
}

export const Notification = strict('Notification', SystemNotification);

answers.clickNotification = (key) => shown.get(key)?.emit('click');
