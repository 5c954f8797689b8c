// What the page knows of an object's fields, for editors and filters.

import { json } from "./http.ts";

export interface Option {
  value: string;
  label: string;
  hue?: number;
}

export interface FieldMeta {
  name: string;
  label: string;
  kind: string;
  required?: boolean;
  options?: Option[];
  /** The object a reference points at, searched at /lookup/{target}. */
  target?: string;
}

const known = new WeakMap<Element, FieldMeta[]>();

/** All fields of an object that the reader may see; none when the server cannot be reached. */
export const allFieldsOf = async (object: string): Promise<FieldMeta[]> => (await json<FieldMeta[]>(`/${object}/fields`)) ?? [];

/** The fields that the page shows of an object, read once from the page's data block `fields-{object}`. */
export function fieldsOf(object: string): FieldMeta[] {
  const block = document.getElementById(`fields-${object}`);
  if (!block) return [];
  let fields = known.get(block);
  if (!fields) {
    fields = (JSON.parse(block.textContent || "null") as FieldMeta[] | null) ?? [];
    known.set(block, fields);
  }
  return fields;
}
