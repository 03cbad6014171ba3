// What the stand-in does not have throws, so that no test passes because something was quietly undefined.
import { EventEmitter } from 'node:events';

const LISTENING = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'];

/**
 * @template {object} T
 * @param {string} name
 * @param {T} target
 * @param {{ events?: readonly string[], isDestroyed?: () => boolean }} [options] `events`: those that the stand-in
 *   emits. `isDestroyed`: afterwards every use but these is the error that Electron gives for a destroyed object.
 * @returns {T}
 */
export function strict(name, target, { events = [], isDestroyed = () => false } = {}) {
  const unknown = (key) => new Error(`not in the stand-in: ${name}.${String(key)}`);
  return new Proxy(target, {
    get(object, key) {
      // Symbols, and what `await` and printing look for.
      if (typeof key === 'symbol' || ['then', 'toJSON', 'constructor', 'prototype'].includes(key)) return object[key];
      if (!(key in object)) throw unknown(key);
      const ofEmitter = key in EventEmitter.prototype;
      if (!ofEmitter && key !== 'isDestroyed' && key !== 'id' && isDestroyed()) {
        throw new TypeError('Object has been destroyed');
      }
      const value = object[key];
      if (typeof value !== 'function') return value;
      if (!LISTENING.includes(key) || !(object instanceof EventEmitter)) return value.bind(object);
      return (event, listener) => {
        if (!events.includes(event)) throw unknown(`on('${String(event)}')`);
        return value.call(object, event, listener);
      };
    },
    set(object, key, value) {
      if (!(key in object)) throw unknown(String(key));
      object[key] = value;
      return true;
    },
  });
}

/**
 * Throws where options hold something that the stand-in would ignore.
 *
 * @param {string} name
 * @param {object} options
 * @param {readonly string[]} known
 */
export function onlyKnown(name, options, known) {
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new Error(`not in the stand-in: ${name} { ${key} }`);
  }
}

/** An event that a listener can prevent. */
export function preventable(details = {}) {
  let defaultPrevented = false;
  return {
    ...details,
    get defaultPrevented() {
      return defaultPrevented;
    },
    preventDefault() {
      defaultPrevented = true;
    },
  };
}
