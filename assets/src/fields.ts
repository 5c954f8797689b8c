// What the page knows of an object's fields, for editors and filters.

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

/** The fields of an object, read once from the page's data block `fields-{object}`. */
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
