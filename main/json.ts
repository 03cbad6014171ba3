/** Parses JSON that may come from anybody; undefined if it is none. Whoever asks checks the shape, and says what is wrong. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // It is no JSON, which the answer says.
    return undefined;
  }
}
