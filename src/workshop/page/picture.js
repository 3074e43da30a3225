// The server's charts, put into the page. They are the only markup that is taken as markup.

const FORBIDDEN = "script, foreignObject, style, a, image, iframe, animate, set, use";

/** The element of an SVG text, or null where it is none. Whatever could act or load is taken out: a second fence. */
export function picture(text) {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  const root = parsed.documentElement;
  if (root.localName !== "svg" || parsed.querySelector("parsererror")) return null;
  for (const element of root.querySelectorAll(FORBIDDEN)) element.remove();
  for (const element of [root, ...root.querySelectorAll("*")]) {
    for (const { name } of [...element.attributes]) {
      if (/^on|href$|^style$/i.test(name)) element.removeAttribute(name);
    }
  }
  root.removeAttribute("width");
  root.removeAttribute("height");
  return document.importNode(root, true);
}
