/** A default export that is no processor. */
export default { process: async () => {} };
