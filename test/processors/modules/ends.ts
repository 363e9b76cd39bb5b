/** Not a processor: it ends its process while it is loaded. */
process.exit(3);
