// A reference: the address of a model in a bucket, and which alias or version is wanted of it.
import { EdgeletError, shown } from "../errors.js";

const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i;
const SHAPE = "a model's address like https://…/model@alias";

/** A URL without what may be secret in it: the query of a presigned one, a password. */
export const publicPart = ({ host, pathname, protocol }) => `${protocol}//${host}${pathname}`;

export class Reference {
  /** The model's address, without its query. */
  model;
  /** The model's name: the last part of its address. */
  name;
  /** Which of the two is wanted; the other is undefined. */
  alias;
  version;
  #query;

  constructor(url, base, wanted) {
    this.#query = url.search;
    this.model = `${url.protocol}//${url.host}${base}`;
    this.name = base.slice(base.lastIndexOf("/") + 1);
    if (/^\d+$/.test(wanted)) this.version = Number(wanted);
    else this.alias = wanted;
    const isRight = this.alias === undefined ? this.version >= 1 && Number.isSafeInteger(this.version) : NAME.test(wanted);
    if (!isRight || !NAME.test(this.name)) {
      const hint = "Names have 1 to 64 of a-z A-Z 0-9 . _ -.";
      throw new EdgeletError("bad_option", "source", SHAPE, shown(String(this)), hint);
    }
  }

  /** The address of one of the model's objects, without the query: what caches and messages know it by. */
  of(path) {
    return `${this.model}/${path}`;
  }

  /** The same address as it is fetched: a query of the model's is one of its objects'. */
  url(path) {
    return this.of(path) + this.#query;
  }

  toString() {
    return `${this.model}@${this.alias ?? this.version}`;
  }
}

/**
 * What `load` was asked for, if that is a model in a bucket: by an @ in the last part of the path, or by one of the options
 * that have no meaning elsewhere. An address that ends with .edgelet is a file's.
 */
export function readReference(source, { publicKey, alias, version }) {
  const isAsked = publicKey !== undefined || alias !== undefined || version !== undefined;
  const url = typeof source === "string" || source instanceof URL ? parseAddress(source) : undefined;
  const path = url?.pathname.replace(/\/$/, "") ?? "";
  const at = path.indexOf("@", path.lastIndexOf("/"));
  const isFile = path.endsWith(".edgelet");
  if (!isAsked && (at < 0 || isFile)) return undefined;
  if (url === undefined || isFile || !/^https?:$/.test(url.protocol)) {
    const hint = "Of a file, pin the `integrity`.";
    const found = url === undefined ? shown(source) : shown(publicPart(url));
    throw new EdgeletError("bad_option", "source", SHAPE, found, hint);
  }
  const wanted = [at < 0 ? undefined : path.slice(at + 1), alias, version].filter((one) => one !== undefined);
  if (wanted.length > 1) {
    throw new EdgeletError("bad_option", "source", "one alias or one version", wanted.map(shown).join(" and "));
  }
  return new Reference(url, at < 0 ? path : path.slice(0, at), String(wanted[0] ?? "production"));
}

/** The URL that a text is, beside the page there is; undefined if it is none. */
export function parseAddress(address) {
  try {
    return new URL(address, globalThis.document?.baseURI ?? globalThis.location?.href);
  } catch {
    return undefined;
  }
}
