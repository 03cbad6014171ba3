/** Text that is HTML already. Only {@link html} makes it. */
class Html {
  constructor(readonly text: string) {}
}

export type { Html };

type Part = Html | string | number | null | readonly Part[];

/**
 * HTML as a template. SECURITY: everything put into it is escaped, unless it comes from this function itself: names of
 * files, and texts of a journal or of a worker, may have been written by anybody.
 */
export const html = (strings: TemplateStringsArray, ...parts: Part[]): Html =>
  new Html(strings.map((text, index) => text + (index < parts.length ? textOf(parts[index]!) : '')).join(''));

const textOf = (part: Part): string => {
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(textOf).join('');
  return part === null ? '' : escaped(String(part));
};

const escaped = (text: string): string =>
  text.replace(/[&<>"'`]/g, (letter) => `&#${letter.charCodeAt(0)};`).replace(/[\r\n]+/g, ' ⏎ ');
