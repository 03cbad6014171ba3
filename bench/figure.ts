/** A measured figure, its limit (null: only reported), and whether it stays below the limit. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  limit: number | null;
}
