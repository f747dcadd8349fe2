// Sounds as a network takes them: samples of one channel, and how many of them are a second.
import { EdgeletError, shown } from "./errors.js";

/** What Web Audio decodes, by the name of its class: that of another frame is none of this one's. */
const isBuffer = (value) => Object.prototype.toString.call(value) === "[object AudioBuffer]";
/** Samples that say what they are; others may be a tensor's elements. */
const isRecording = (value) => isBuffer(value) || ArrayBuffer.isView(value?.samples);

/** Whether a value says itself that it is a sound, or a list of them. */
export function areRecordings(value) {
  return Array.isArray(value) && value.length > 0 ? value.every(isRecording) : isRecording(value);
}

/** Whether a value is a sound to an input that takes them, or a list of them. */
export function isSounds(value) {
  const isSound = (value) => value instanceof Float32Array || isRecording(value);
  return Array.isArray(value) && value.length > 0 ? value.every(isSound) : isSound(value);
}

/** A sound's samples and their rate, in an object that can also be sent to a worker. Samples alone have the network's own rate. */
export function samplesOf(at, sound, rate) {
  const { samples, sampleRate } = isBuffer(sound) ? mixed(sound) : ArrayBuffer.isView(sound) ? { samples: sound, sampleRate: rate } : sound;
  if (!Number.isInteger(sampleRate) || sampleRate < 1 || sampleRate >= 2 ** 32) {
    throw new EdgeletError("wrong_type", `${at}.sampleRate`, "samples a second, a whole number", shown(sampleRate));
  }
  if (samples instanceof Int16Array) return { samples: Float32Array.from(samples, (x) => x / 32768), sampleRate };
  if (samples instanceof Float32Array) return { samples, sampleRate };
  throw new EdgeletError("wrong_type", `${at}.samples`, "a Float32Array from -1 to 1, or an Int16Array", shown(samples));
}

/** The mean of all channels. */
function mixed(buffer) {
  const { length, numberOfChannels, sampleRate } = buffer;
  if (numberOfChannels === 1) return { samples: buffer.getChannelData(0), sampleRate };
  const sums = new Float64Array(length);
  for (let channel = 0; channel < numberOfChannels; channel++) {
    buffer.getChannelData(channel).forEach((x, i) => (sums[i] += x));
  }
  return { samples: Float32Array.from(sums, (sum) => sum / numberOfChannels), sampleRate };
}
