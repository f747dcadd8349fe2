// Pictures as a network takes them: rows of pixels of bytes, whatever shows them.
import { EdgeletError, shown } from "./errors.js";

/** What a canvas can draw, by the names of their classes: those of another frame are none of this one's. */
const DRAWN = ["HTMLCanvasElement", "OffscreenCanvas", "ImageBitmap", "HTMLImageElement", "HTMLVideoElement", "VideoFrame"];

const isDrawn = (value) => DRAWN.includes(Object.prototype.toString.call(value).slice(8, -1));
const hasPixels = (value) => ArrayBuffer.isView(value?.data) && "width" in value && "height" in value;

/** Whether a value is a picture, or a list of them. */
export function isImages(value) {
  return Array.isArray(value) && value.length > 0 ? value.every(isImage) : isImage(value);
}

function isImage(value) {
  return isDrawn(value) || hasPixels(value);
}

/** The pixels of a picture, in an object that can also be sent to a worker. */
export function pixelsOf(at, image) {
  const { data, width, height, colorSpace = "srgb" } = hasPixels(image) ? image : drawn(at, image);
  const expected = "a Uint8Array or Uint8ClampedArray of 1, 3 or 4 bytes for each of width × height pixels";
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray)) {
    throw new EdgeletError("wrong_type", at, expected, shown(data));
  }
  const isSide = (side) => Number.isInteger(side) && side > 0 && side < 2 ** 31;
  if (!isSide(width) || !isSide(height) || ![1, 3, 4].includes(data.length / (width * height))) {
    throw new EdgeletError("wrong_shape", at, expected, `${data.length} bytes for ${shown(width)} × ${shown(height)}`);
  }
  if (colorSpace !== "srgb") {
    const hint = 'getImageData(…, { colorSpace: "srgb" }) converts them.';
    throw new EdgeletError("wrong_type", at, "pixels in srgb", shown(colorSpace), hint);
  }
  return { data, width, height };
}

/** The pixels of what a canvas can draw, as many as it has by itself. */
function drawn(at, image) {
  const width = image.naturalWidth ?? image.videoWidth ?? image.displayWidth ?? image.width;
  const height = image.naturalHeight ?? image.videoHeight ?? image.displayHeight ?? image.height;
  if (!width || !height) {
    const hint = "Wait until it is loaded: `await image.decode()`.";
    throw new EdgeletError("wrong_shape", at, "a picture with pixels", shown(image), hint);
  }
  try {
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    context.drawImage(image, 0, 0, width, height);
    return context.getImageData(0, 0, width, height, { colorSpace: "srgb" });
  } catch (error) {
    const hint = 'Of another origin its server has to allow it (CORS), and `crossOrigin = "anonymous"` has to ask for it.';
    throw new EdgeletError("wrong_type", at, "a picture whose pixels may be read", String(error?.message), hint);
  }
}
