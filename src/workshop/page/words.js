// Numbers and sentences for people.

/** A number for people: three digits that count, thousands with a comma, a true minus. */
export function figure(number) {
  const rounded = Math.abs(number) < 1000 ? Number(number.toPrecision(3)) : Math.round(number);
  return rounded.toLocaleString("en-US", { maximumFractionDigits: 20 }).replace("-", "−");
}

/** A message as a sentence of its own: with a capital and a full stop. */
export function sentence(message) {
  const capital = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.?!…]$/.test(capital) ? capital : `${capital}.`;
}
