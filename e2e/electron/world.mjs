// What Electron adds to a page: the world of the preload script. Its text runs in the page before the page's own scripts,
// so this function uses nothing from outside.

/**
 * @param {(require: (name: string) => unknown, module: object, exports: object) => void} preload
 * @param {{ binding: string, receiver: string }} names
 */
export function world(preload, { binding, receiver }) {
  // The preload script belongs to the window's own page: no frames, and not the empty page before it.
  if (window !== window.top || location.protocol === 'about:') return;
  const toProgram = window[binding];
  delete window[binding];

  const SHARED = typeof SharedArrayBuffer === 'undefined' ? class {} : SharedArrayBuffer;
  const isShared = (value) => value instanceof SHARED || (ArrayBuffer.isView(value) && value.buffer instanceof SHARED);
  const notCloned = () => new Error('An object could not be cloned.');

  /** As Electron's serialiser does: no functions, nothing of the page's own kinds such as files. */
  const cloned = (value) => {
    const check = (part, seen = new Set()) => {
      if (typeof part === 'function' || typeof part === 'symbol' || isShared(part)) throw notCloned();
      if (typeof part !== 'object' || part === null || seen.has(part)) return;
      if (part instanceof Blob || part instanceof Node || part instanceof Promise) throw notCloned();
      seen.add(part);
      if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) return;
      for (const inner of Object.values(part)) check(inner, seen);
    };
    check(value);
    return structuredClone(value);
  };

  /** What crosses between the page and the preload: functions by proxies, everything else by copies without prototypes. */
  const cross = (value) => {
    if (typeof value === 'symbol') return undefined;
    if (typeof value === 'function') {
      return (...parameters) => {
        let result;
        try {
          result = value(...parameters.map(cross));
        } catch (error) {
          throw new Error(error instanceof Error ? error.message : String(error));
        }
        return cross(result);
      };
    }
    if (typeof value !== 'object' || value === null) return value;
    if (isShared(value)) throw notCloned();
    if (value instanceof Promise) {
      return value.then(cross, (error) => {
        throw new Error(error instanceof Error ? error.message : String(error));
      });
    }
    if (value instanceof Error) return new Error(value.message);
    if (value instanceof Blob || value instanceof Node) return value;
    if (Array.isArray(value)) return value.map(cross);
    const isCloned = [Map, Set, Date, RegExp, ArrayBuffer].some((kind) => value instanceof kind);
    if (isCloned || ArrayBuffer.isView(value)) return structuredClone(value);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cross(part)]));
  };
  const frozen = (value) => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    Object.values(value).forEach(frozen);
    return Object.freeze(value);
  };
  const strict = (name, object) =>
    new Proxy(object, {
      get(target, key) {
        if (typeof key === 'symbol' || key in target) return target[key];
        throw new Error(`not in the stand-in: ${name}.${key}`);
      },
    });

  /** @type {Map<string, Set<Function>>} */
  const listeners = new Map();
  /** Files of a real drop, by what tells them apart. @type {Map<string, string>} */
  const paths = new Map();
  const keyOf = ({ name, size, lastModified }) => JSON.stringify([name, size, lastModified]);

  Object.defineProperty(window, receiver, {
    value: {
      receive(channel, parameters) {
        for (const listener of listeners.get(channel) ?? []) listener({ sender: null, ports: [] }, ...parameters);
      },
      /** Called before a drop: the paths of its files in their order. */
      expectDrop(dropped) {
        const take = ({ isTrusted, dataTransfer }) => {
          if (isTrusted) [...dataTransfer.files].forEach((file, i) => void paths.set(keyOf(file), dropped[i]));
        };
        window.addEventListener('drop', take, { capture: true, once: true });
      },
    },
  });

  const electron = strict('electron', {
    contextBridge: strict('contextBridge', {
      exposeInMainWorld(name, api) {
        if (name in window) throw new Error(`Cannot bind an API on top of an existing property on the window object`);
        Object.defineProperty(window, name, { value: frozen(cross(api)), enumerable: true });
      },
    }),
    ipcRenderer: strict('ipcRenderer', {
      on(channel, listener) {
        listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
      },
      async invoke(channel, ...parameters) {
        const answer = await toProgram({ channel, parameters: cloned(parameters), isMainFrame: true });
        if (answer.error !== undefined) throw new Error(answer.error);
        return answer.value;
      },
    }),
    webUtils: strict('webUtils', {
      getPathForFile(file) {
        if (!(file instanceof File)) throw new TypeError('Argument must be a File');
        return paths.get(keyOf(file)) ?? '';
      },
    }),
  });
  const module = { exports: {} };
  preload(
    (name) => {
      // The modules that a preload script in the sandbox may load.
      if (name === 'electron') return electron;
      throw new Error(`module not found: ${name}`);
    },
    module,
    module.exports,
  );

  // The clipboard asks for a permission, which Electron leaves to the program.
  if (navigator.clipboard !== undefined) {
    const write = navigator.clipboard.writeText.bind(navigator.clipboard);
    navigator.clipboard.writeText = async (text) => {
      const isAllowed = await toProgram({ permission: 'clipboard-sanitized-write' });
      if (!isAllowed) throw new DOMException('Write permission denied.', 'NotAllowedError');
      return write(text);
    };
  }

  // Keys that the page leaves alone go to the menu, as Chromium hands them back to Electron.
  window.addEventListener('keydown', (event) => {
    // After all listeners of the page. A microtask would run between two of them.
    setTimeout(() => {
      if (event.defaultPrevented || !event.isTrusted) return;
      const { key, code, ctrlKey, metaKey, shiftKey, altKey } = event;
      void toProgram({ key: { key, code, ctrl: ctrlKey, meta: metaKey, shift: shiftKey, alt: altKey } });
    });
  });
}
