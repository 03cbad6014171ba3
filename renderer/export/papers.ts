/** Papers that photos are printed on, width and height in centimetres, upright. */
export const PAPERS = {
  a4: { width: 21, height: 29.7 },
  letter: { width: 21.59, height: 27.94 },
  small: { width: 10, height: 15 },
  large: { width: 13, height: 18 },
} as const;
export type Paper = keyof typeof PAPERS;

/** What is printed: a picture of this size in centimetres, in the middle of a paper of that size. */
export interface Print {
  width: number;
  height: number;
  paper: { width: number; height: number };
}

/** Half a millimetre: sizes are typed in millimetres. */
const SLACK = 0.05;

/** A paper turned as the picture lies. Null if the picture is larger. */
export function paperFor(paper: Paper, { width, height }: { width: number; height: number }): Print['paper'] | null {
  const { width: short, height: long } = PAPERS[paper];
  const turned = width > height ? { width: long, height: short } : { width: short, height: long };
  return width <= turned.width + SLACK && height <= turned.height + SLACK ? turned : null;
}
