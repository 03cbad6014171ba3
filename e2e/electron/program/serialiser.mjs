// Electron's own serialiser for the messages of utility processes, which is stricter than the one that Node uses
// between its processes: it takes no memory that is shared, no functions and no native handles.
import { Deserializer, Serializer } from 'node:v8';

/** @param {unknown} message @returns {Buffer} */
export function serialise(message) {
  const serializer = new Serializer();
  serializer.writeHeader();
  try {
    serializer.writeValue(message);
  } catch {
    throw new Error('An object could not be cloned.');
  }
  return serializer.releaseBuffer();
}

/** @param {Uint8Array} bytes @returns {unknown} */
export function deserialise(bytes) {
  const deserializer = new Deserializer(bytes);
  deserializer.readHeader();
  return deserializer.readValue();
}
