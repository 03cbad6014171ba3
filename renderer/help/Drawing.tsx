import type { ReactNode } from 'react';

export const TOPICS = [
  'scan',
  'repair',
  'faded',
  'hand',
  'keep',
  'colour',
  'enlarge',
  'style',
  'folder',
  'many',
  'honest',
] as const;
export type Topic = (typeof TOPICS)[number];

/** A drawing for a topic of the help page, in the greys of the interface. It says nothing that the steps do not say. */
export function Drawing({ of }: { of: Topic }) {
  return (
    <svg
      viewBox="0 0 120 96"
      aria-hidden="true"
      className="h-24 w-30 shrink-0 fill-none stroke-current text-secondary"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {DRAWINGS[of]}
    </svg>
  );
}

/** A print with a person before hills. `x`, `y`, `width` and `height` in the units of the drawing. */
function Print({
  x,
  y,
  width,
  height,
  faint = false,
}: { faint?: boolean } & Record<'x' | 'y' | 'width' | 'height', number>) {
  const at = (across: number, down: number) => `${x + across * width} ${y + down * height}`;
  const radius = 0.14 * Math.min(width, height);
  return (
    <g opacity={faint ? 0.4 : 1}>
      <rect x={x} y={y} width={width} height={height} rx={2} className="fill-panel" />
      <path d={`M${at(0, 0.72)} Q${at(0.25, 0.45)} ${at(0.5, 0.66)} T${at(1, 0.58)}`} />
      <circle cx={x + 0.5 * width} cy={y + 0.4 * height} r={radius} className="fill-raised" />
      <path className="fill-raised" d={`M${at(0.27, 1)} Q${at(0.3, 0.58)} ${at(0.5, 0.58)} T${at(0.73, 1)} Z`} />
    </g>
  );
}

/** From before to after. */
const Arrow = ({ x, y }: { x: number; y: number }) => <path d={`M${x - 5} ${y} h10 m-4 -4 l4 4 l-4 4`} />;

const BEFORE = { x: 4, y: 16, width: 46, height: 62 };
const AFTER = { x: 70, y: 16, width: 46, height: 62 };

const pair = (before: ReactNode, after: ReactNode = null, faint = false) => (
  <>
    <Print {...BEFORE} faint={faint} />
    {before}
    <Arrow x={60} y={47} />
    <Print {...AFTER} />
    {after}
  </>
);

const lines = (x: number, y: number, width: number, count: number) =>
  Array.from({ length: count }, (_, i) => `M${x} ${y + 6 * i} h${width}`).join(' ');

const DRAWINGS: Readonly<Record<Topic, ReactNode>> = {
  scan: (
    <>
      <rect x={4} y={8} width={56} height={80} rx={2} className="fill-panel" />
      <g transform="rotate(9 32 47)">
        <Print x={14} y={22} width={36} height={48} />
        <path className="text-text stroke-current" d="M10 26 v-8 h8 M46 18 h8 v8 M54 66 v8 h-8 M18 74 h-8 v-8" />
      </g>
      <Arrow x={70} y={47} />
      <Print x={80} y={22} width={36} height={48} />
    </>
  ),
  repair: pair(
    <path
      className="text-text stroke-current"
      d="M8 22 l12 16 l-4 8 l14 18 l-3 12 M34 20 l8 10 M12 62 h1 M38 52 h1 M24 30 h1"
    />,
  ),
  faded: pair(null, <path className="text-text stroke-current" d="M93 8 v4 M81 10 l2 3 M105 10 l-2 3" />, true),
  hand: (
    <>
      <Print x={24} y={10} width={58} height={76} />
      <circle cx={78} cy={58} r={14} strokeDasharray="3 3" className="text-text stroke-current" />
      <path className="text-text fill-panel stroke-current" d="M88 48 l16 -18 q6 -1 5 5 l-17 17 q-5 1 -4 -4 Z" />
    </>
  ),
  keep: (
    <>
      <Print x={28} y={10} width={58} height={76} />
      <path
        className="text-text fill-panel stroke-current"
        d="M86 44 l14 5 v12 q0 12 -14 18 q-14 -6 -14 -18 v-12 Z M80 61 l5 5 l8 -10"
      />
    </>
  ),
  colour: pair(
    null,
    <g className="text-text stroke-current">
      <path d="M78 90 h30" strokeWidth={5} opacity={0.25} />
      <path d="M78 90 h8 M89 90 h8 M100 90 h8" strokeWidth={5} strokeLinecap="butt" />
    </g>,
  ),
  enlarge: (
    <>
      <Print x={4} y={42} width={26} height={34} />
      <Arrow x={41} y={59} />
      <Print x={54} y={6} width={62} height={82} />
      <path className="text-text stroke-current" d="M98 12 h12 v12 M72 82 h-12 v-12" />
    </>
  ),
  style: pair(
    null,
    <path
      className="text-text stroke-current"
      d="M73 26 q6 -6 12 0 t12 0 t12 0 M73 34 q6 -6 12 0 M103 34 q5 -6 10 0 M73 66 q4 -6 8 0 M105 66 q4 -6 8 0"
    />,
  ),
  folder: (
    <>
      <path className="fill-panel" d="M6 30 v-8 h16 l5 6 h24 v46 h-45 Z" />
      <Arrow x={62} y={50} />
      <Print x={74} y={14} width={30} height={38} />
      <Print x={80} y={26} width={30} height={38} />
      <Print x={86} y={38} width={30} height={38} />
    </>
  ),
  many: (
    <>
      {[0, 1, 2].map((column) =>
        [0, 1].map((row) => (
          <Print key={`${column} ${row}`} x={8 + 36 * column} y={8 + 42 * row} width={30} height={36} />
        )),
      )}
      <path className="text-text stroke-current" strokeWidth={2} d="M5 5 h36 v42 h-36 Z M77 47 h36 v42 h-36 Z" />
    </>
  ),
  honest: (
    <>
      <Print x={4} y={16} width={46} height={62} />
      <path className="fill-panel" d="M62 16 h46 v62 h-46 Z" />
      <path d={lines(69, 28, 32, 3)} />
      <path className="text-text stroke-current" d="M69 52 l4 4 l7 -8 M84 54 h17 M69 66 l4 4 l7 -8 M84 68 h17" />
    </>
  ),
};
