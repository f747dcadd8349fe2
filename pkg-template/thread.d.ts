/** The script of a worker that is given to `load` as `worker`: an entry of its own, with nothing to import. */
export {};
