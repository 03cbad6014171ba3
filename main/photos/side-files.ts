/** The name of the mask of what was changed, beside a result of this name; without extensions. */
export const changesStem = (stem: string): string => `${stem}-changes`;
