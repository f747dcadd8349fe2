// The core with relaxed SIMD, whose products are added in one step: made of the plain one and of what is otherwise in it, since a
// visitor needs either, and a package carries both.

/** A module that only engines with relaxed SIMD take: a function of three vectors that is `f32x4.relaxed_madd`. */
const PROBE = "0061736d010000000108016003 7b7b7b 017b 03020100 0a 0d 01 0b 00 2000 2001 2002 fd8502 0b";

export function hasRelaxed() {
  const bytes = PROBE.replaceAll(" ", "").match(/../g);
  return WebAssembly.validate(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)));
}

/** The other core: `xtask/src/difference.rs` says how a difference is written. Nothing if it is one from another core. */
export function made(known, difference) {
  let at = 0;
  const number = () => {
    let [sum, unit, byte] = [0, 1, 128];
    for (; byte > 127; unit *= 128) sum += ((byte = difference[at++]) & 127) * unit;
    return sum;
  };
  const whole = new Uint8Array(number());
  if (known.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5) >>> 0 !== number()) return undefined;
  for (let from = 0, end = 0; end < whole.length; ) {
    const jump = number();
    from += jump % 2 ? -(jump + 1) / 2 : jump / 2;
    const length = number();
    whole.set(known.subarray(from, from + length), end);
    from += length;
    end += length;
    const more = number();
    whole.set(difference.subarray(at, at + more), end);
    at += more;
    end += more;
  }
  return whole;
}
