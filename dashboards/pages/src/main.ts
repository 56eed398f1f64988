import { mount } from 'svelte'
import App from './App.svelte'
import { city } from './live/city.svelte.ts'
import './styles/tokens.css'
import './styles/look.css'
import './styles/city-now.css'
import 'uplot/dist/uPlot.min.css'

const target = document.getElementById('page')
if (target) mount(App, { target })
city.start()
