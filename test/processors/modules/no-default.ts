/** A processor that forgot to be the default export. */
export const processor = async () => {};
