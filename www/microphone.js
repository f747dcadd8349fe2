// Runs beside the sound: keeps the last second of it, and sends that to the page every so often.

registerProcessor(
  "last-second",
  class extends AudioWorkletProcessor {
    #second = new Float32Array(sampleRate);
    #every;
    #since = 0;

    constructor({ processorOptions: { every } }) {
      super();
      this.#every = every * sampleRate;
    }

    process([[samples]]) {
      // Nothing is connected yet, or no longer.
      if (samples === undefined) return true;
      this.#second.copyWithin(0, samples.length);
      this.#second.set(samples, sampleRate - samples.length);
      this.#since += samples.length;
      if (this.#since >= this.#every) {
        this.#since = 0;
        this.port.postMessage(this.#second.slice());
      }
      return true;
    }
  },
);
