/** The labels of a time axis in a zone, as the table writes times: the day under the first, and under each new one. */
export function axisLabels(seconds: number[], zone: string, isByDay: boolean): string[] {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit", hour12: false });
  let before = "";
  return seconds.map((at) => {
    const instant = new Date(at * 1000);
    const date = day.format(instant);
    const [main, under] = isByDay ? [date.slice(5), date.slice(0, 4)] : [clock.format(instant), date];
    const isNew = under !== before;
    before = under;
    return isNew ? `${main}\n${under}` : main;
  });
}
