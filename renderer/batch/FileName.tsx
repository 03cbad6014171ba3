/** What stays of the end of a name, in signs: enough for an ending and a number. */
const TAIL = 10;

/** A name or a path on one line; where there is little room, it is cut before its end. */
export function FileName({ name }: { name: string }) {
  const signs = Array.from(name);
  const at = Math.max(0, signs.length - TAIL);
  return (
    <span className="flex min-w-0 whitespace-pre" title={name}>
      <span className="overflow-hidden text-ellipsis">{signs.slice(0, at).join('')}</span>
      <span className="shrink-0">{signs.slice(at).join('')}</span>
    </span>
  );
}
