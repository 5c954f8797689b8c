// Small helpers over the document.

export const one = <T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null =>
  root.querySelector<T>(selector);

export const all = <T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T[] => [
  ...root.querySelectorAll<T>(selector),
];

/** The closest ancestor of an event's target, itself included. */
export const closest = <T extends Element = HTMLElement>(event: Event, selector: string): T | null =>
  event.target instanceof Element ? event.target.closest<T>(selector) : null;

type Attributes = Record<string, string | number | boolean | null | undefined>;
type Child = Node | string | null | undefined | false;

/** Makes an element: `el("button", { class: "btn", type: "button" }, "Save")`. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes?: Attributes, ...children: Child[]): HTMLElementTagNameMap[K];
export function el(tag: `${string}-${string}`, attributes?: Attributes, ...children: Child[]): HTMLElement;
export function el(tag: string, attributes: Attributes = {}, ...children: Child[]): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child) || child === ""));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite, whose hashed address is read off any icon that the server drew. */
export function icon(name: string, small = false): SVGSVGElement {
  const known = document.querySelector("svg.i use")?.getAttribute("href") ?? "";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", small ? "i sz-s" : "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${known.split("#")[0]}#${name}`);
  svg.append(use);
  return svg;
}

/** Parses a fragment, table cells included. */
export function parse(html: string): DocumentFragment {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

/** True while an input method composes: no key means anything but to it. Keycode 229 is Safari's way to say so. */
export const composing = (event: KeyboardEvent): boolean => event.isComposing || event.keyCode === 229;

/** True where letters are typed and so are not shortcuts. */
export function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** Runs the last call of a burst. */
export function debounce<A extends unknown[]>(wait: number, run: (...args: A) => void): (...args: A) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), wait);
  };
}

/** Listens to an input's text, but never in the middle of a composition. */
export function onText(input: HTMLInputElement, run: () => void): void {
  input.addEventListener("input", (event) => {
    if (!(event as InputEvent).isComposing) run();
  });
  input.addEventListener("compositionend", run);
}

/** The data block inside an element. */
export function data<T>(root: ParentNode): T | undefined {
  const text = root.querySelector('script[type="application/json"]')?.textContent;
  return text ? (JSON.parse(text) as T) : undefined;
}
