// [data-locate]: the place of the device, into the inputs of the form whose names end in latitude and longitude.
// The browser asks the person first; whoever says no writes the place by hand.

import { all, closest, one } from "./dom.ts";
import { t } from "./phrases.ts";

export function locate(form: HTMLElement): void {
  const say = (text: string) => {
    const words = one("[data-located]", form);
    if (words) words.textContent = text;
  };
  const put = (name: string, value: number) => {
    for (const input of all<HTMLInputElement>(`input[name$="${name}"]`, form)) input.value = value.toFixed(6);
  };
  if (!navigator.geolocation) return say(t("composer.no_place"));
  say("…");
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      put("latitude", coords.latitude);
      put("longitude", coords.longitude);
      say(`${coords.latitude.toFixed(4)}, ${coords.longitude.toFixed(4)}`);
    },
    () => say(t("composer.no_place")),
    { enableHighAccuracy: true, timeout: 10_000 },
  );
}

document.addEventListener("click", (event) => {
  const form = closest(event, "[data-locate]")?.closest<HTMLElement>("form");
  if (form) locate(form);
});
