/** Creates something on its first use, once per container. */
export function once<Created>(create: () => Created): () => Created {
  let created: Created | undefined;
  return () => {
    created ??= create();
    return created;
  };
}

/** Loads something once per container, unless that failed: what it needs may be available the next time. */
export function onceLoaded<Loaded>(load: () => Promise<Loaded>): () => Promise<Loaded> {
  let loaded: Promise<Loaded> | undefined;
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}
