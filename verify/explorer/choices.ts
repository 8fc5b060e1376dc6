/** Lists of choices as text: `3.1.0*12.2` is 3, 1, twelve times 0, 2. Zeros at the end are left out: they are the default. */
export function textOfChoices(choices: readonly number[]): string {
  const end = choices.findLastIndex((choice) => choice !== 0) + 1;
  const parts: string[] = [];
  for (let k = 0; k < end; ) {
    let same = k;
    while (same < end && choices[same] === choices[k]) same++;
    parts.push(same - k > 1 ? `${choices[k]}*${same - k}` : `${choices[k]}`);
    k = same;
  }
  return parts.join(".") || "0";
}

export function choicesOf(text: string): number[] {
  return text.split(".").flatMap((part) => {
    const [choice, count = "1"] = part.split("*");
    return Array.from({ length: Number(count) }, () => Number(choice));
  });
}
