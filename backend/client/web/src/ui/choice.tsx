// A choice of one of a few, side by side.
interface ChoiceProps<T extends string> {
  legend: string
  name: string
  options: { value: T; label: string; lang?: string }[]
  chosen: T
  onChoose: (value: T) => void
}

export function Choice<T extends string>({ legend, name, options, chosen, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      <div className="segments">
        {options.map(({ value, label, lang }) => (
          <label key={value} lang={lang}>
            <input type="radio" name={name} value={value} checked={value === chosen} onChange={() => onChoose(value)} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
