// What the stand-in does not have throws, so that no test passes because something was quietly undefined.
import { EventEmitter } from 'node:events';

/**
 * What the stand-in offers, by the names in its errors: the test beside Electron's host compares it with Electron's own types.
 *
 * @type {Record<'statics' | 'members' | 'events' | 'options', Record<string, readonly string[]>>}
 */
export const offered = { statics: {}, members: {}, events: {}, options: {} };

const LISTENING = ['on', 'once', 'addListener', 'prependListener', 'prependOnceListener'];

/**
 * @template {object} T
 * @param {string} name
 * @param {T} target
 * @param {{ events?: readonly string[], own?: readonly string[], isDestroyed?: () => boolean }} [options] `events`:
 *   those that the stand-in emits. `own`: names for the stand-in alone, which the program does not see. `isDestroyed`:
 *   afterwards every use but these is the error that Electron gives for a destroyed object.
 * @returns {T}
 */
export function strict(name, target, { events = [], own = [], isDestroyed = () => false } = {}) {
  const names = namesOf(target).filter((each) => !own.includes(each));
  offered[typeof target === 'function' ? 'statics' : 'members'][name] = names;
  if (events.length > 0) offered.events[name] = events;
  const unknown = (key) => new Error(`not in the stand-in: ${name}.${String(key)}`);
  return new Proxy(target, {
    get(object, key) {
      // Symbols, and what `await` and printing look for.
      if (typeof key === 'symbol' || ['then', 'toJSON', 'constructor', 'prototype'].includes(key)) return object[key];
      if (!(key in object) || own.includes(key)) throw unknown(key);
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
      if (!(key in object) || own.includes(key)) throw unknown(String(key));
      object[key] = value;
      return true;
    },
  });
}

/** What a program can name of an object or a class, without what every object, class or emitter has. @param {object} target */
function namesOf(target) {
  const plain = typeof target === 'function' ? Function.prototype : Object.prototype;
  const names = new Set();
  for (let part = target; part !== null && part !== plain && part !== EventEmitter.prototype; ) {
    for (const each of Object.getOwnPropertyNames(part)) names.add(each);
    part = Object.getPrototypeOf(part);
    if (part === EventEmitter) break;
  }
  const always = ['constructor', 'prototype', 'name', 'length', '_events', '_eventsCount', '_maxListeners'];
  return [...names].filter((each) => !always.includes(each));
}

/**
 * Returns a check that throws where options hold something that the stand-in would ignore.
 *
 * @param {string} name
 * @param {readonly string[]} known
 * @returns {(options: object) => void}
 */
export function onlyKnown(name, known) {
  offered.options[name] = known;
  return (options) => {
    for (const key of Object.keys(options)) {
      if (!known.includes(key)) throw new Error(`not in the stand-in: ${name} { ${key} }`);
    }
  };
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
