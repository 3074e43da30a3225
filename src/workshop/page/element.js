// Making elements. Text always goes in as text, so that a title in a file can never become markup.

/** An element with properties (`class`, `text`, `on…`, or an attribute's name) and children. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A message with its `names` set as code, as children of an element. */
export function prose(message) {
  return message.split(/`([^`]*)`/).map((part, at) => (at % 2 === 1 ? make("code", { text: part }) : part));
}

/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** Writes the text only where it differs: what is the same is not laid out, and not read out, a second time. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Calls `action` once things have been quiet for `wait` milliseconds. */
export function whenQuiet(wait, action) {
  let timer = 0;
  const call = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...given), wait);
  };
  call.now = (...given) => {
    clearTimeout(timer);
    action(...given);
  };
  call.cancel = () => clearTimeout(timer);
  return call;
}
