/** The same keys as English, with any text. */
export type Translated<T> = { [K in keyof T]: T[K] extends string ? string : Translated<T[K]> };
