// Where the application begins.
import { createRoot } from 'react-dom/client'

import { App } from './app'
import './styles/index.css'
import { watchTravel } from './ui/travel'

// Before the router listens, so that a page that appears knows that one has come to it.
watchTravel()

const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
