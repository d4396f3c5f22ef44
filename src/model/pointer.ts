declare const pointerBrand: unique symbol;

/**
 * Names one line of one log. Opaque: only the source that gave it out can read it. Printable, without
 * line breaks, safe in JSON and URLs' queries; the same value serves as page pointer, SSE event id,
 * permalink and merge key. A host's pointer is valid in the wider scopes too.
 */
export type Pointer = string & { readonly [pointerBrand]: never };

/** Marks a string that came over a wire as a pointer; only its source can tell whether it is one. */
export function pointer(text: string): Pointer {
  return text as Pointer;
}
