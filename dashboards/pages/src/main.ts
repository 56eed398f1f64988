import { mount } from 'svelte'
import App from './App.svelte'
import { city } from './live/city.svelte.ts'
// In this order: where two rules weigh the same, the later one wins.
import './styles/tokens.css'
import './styles/base.css'
import './styles/frame.css'
import './styles/controls.css'
import './styles/marks.css'
import './styles/lists.css'
import './styles/charts.css'
import './styles/body.css'
import './styles/map.css'
import './styles/score.css'
import './styles/city-now.css'
import 'uplot/dist/uPlot.min.css'

const target = document.getElementById('page')
if (target) mount(App, { target })
city.start()
