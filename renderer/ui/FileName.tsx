/** Characters at the end of a name that always stay visible: enough for an extension and a number. */
const TAIL = 10;

/** A name or a path on one line. If it is too long, it is truncated before its end. */
export function FileName({ name }: { name: string }) {
  const characters = Array.from(name);
  const at = Math.max(0, characters.length - TAIL);
  return (
    <span className="flex min-w-0 whitespace-pre" title={name}>
      <span className="overflow-hidden text-ellipsis">{characters.slice(0, at).join('')}</span>
      <span className="shrink-0">{characters.slice(at).join('')}</span>
    </span>
  );
}
