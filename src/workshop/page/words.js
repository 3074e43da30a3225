// Numbers and sentences for people.

/** A number for people: at most three or four digits that count, thousands with a comma, a true minus. */
export function figure(number) {
  const digits = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 3;
  return Number(number.toFixed(digits)).toLocaleString("en-US", { maximumFractionDigits: digits }).replace("-", "−");
}

/** A message as a sentence of its own: with a capital and a full stop. */
export function sentence(message) {
  const capital = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.?!…]$/.test(capital) ? capital : `${capital}.`;
}
