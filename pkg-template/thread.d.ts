/** What a worker must run that is given to `load` as `worker`: `import "edgelet/thread"` is all of its script. */
export {};
