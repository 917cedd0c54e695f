import { type City, toCity } from './city.ts'
import { cityFaults } from './city-faults.ts'
import { type CityFile, citySchema, shapeDetail } from './city-file.ts'
import { readCalendars } from './hours/index.ts'
import { LocatedYaml, refuseFaults } from './kernel/index.ts'

/** Reads a city's file. Throws {@link ConfigurationError} with the file and line of every fault. */
export async function readCity(path: string): Promise<City> {
  const file = await LocatedYaml.read(path)
  refuseFaults(file.shapeFaults(citySchema, { say: shapeDetail }))
  const content = file.content as CityFile
  const { calendars, faults } = readCalendars(content.calendars ?? {}, (keys) => file.where(keys))
  refuseFaults(faults)
  const city = toCity(content, calendars)
  refuseFaults(cityFaults({ city, content, where: (keys) => file.where(keys) }))
  return city
}
