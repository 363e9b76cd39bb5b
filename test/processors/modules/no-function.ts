/** A default export that is not a processor. */
export default { process: async () => {} };
