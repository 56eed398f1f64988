/** The registry's tables: what is looked up by stands in columns, the rest in the document as the contract has it. */
export type RegistryTables = {
  registry_city: { one: number; document: string }
  registry_area: { id: string; place: number; document: string }
  registry_site: { id: string; place: number; area: string; document: string }
  registry_gateway: { id: string; place: number; document: string; password_hash: string | null }
  registry_terminal: { id: string; place: number; gateway: string; site: string; document: string }
  registry_point: { terminal: string; id: string; place: number; document: string }
}
