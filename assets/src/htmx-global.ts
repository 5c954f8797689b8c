// The extensions of htmx expect it on the window, and imports run before any statement: hence a module of its own.
import htmx from "htmx.org";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

window.htmx = htmx;
export default htmx;
