// A filter as the builder holds it: conditions in groups.

export interface Condition {
  field: string;
  /** One of the operators of operators.ts. */
  op: string;
  /** What the operator needs: nothing, one value, or several. */
  values: string[];
}

export interface Group {
  join: "and" | "or";
  items: Item[];
}

export type Item = Condition | Group;

export const isGroup = (item: Item): item is Group => "join" in item;
