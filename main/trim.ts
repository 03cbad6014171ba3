/** A text without certain characters at its end. An expression like `/ +$/` would take a time that grows with the square. */
export function trimEnd(text: string, sign: RegExp): string {
  let end = text.length;
  while (end > 0 && sign.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}
